/// <reference types="vite/client" />
import { useData } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import { onMounted, watch } from 'vue';
import './theme.css';

export default {
  extends: DefaultTheme,
  setup() {
    // biome-ignore lint/correctness/useHookAtTopLevel: Vue's setup, which is where it belongs; the rule is about React
    const { frontmatter } = useData();
    // The theme gives its home page no main landmark; every other page has one of its own.
    const mark = () => {
      const content = document.getElementById('VPContent');
      if (frontmatter.value.layout === 'home') content?.setAttribute('role', 'main');
      else content?.removeAttribute('role');
    };
    onMounted(mark);
    watch(frontmatter, mark, { flush: 'post' });
  },
};
