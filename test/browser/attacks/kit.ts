/** What a page may know of its victim: everything but an answer. */
export interface Target {
  /** `http://127.0.0.1:PORT` of the gateway. */
  readonly gateway: string;
  /** The page's own origin. */
  readonly own: string;
  /** A query that would cost a vendor call. */
  readonly query: string;
  /** A subscription that would begin a watch. */
  readonly subscription: string;
}

/** Something that a page of another origin tries. */
export interface Attack {
  readonly title: string;
  /** Runs in the page. */
  readonly run: (target: Target) => Promise<string>;
  /** All that the page learns. */
  readonly learns: string;
  /** What the gateway answers, in order; nothing where the browser refuses to ask. */
  readonly answers: readonly string[];
}

/** What attacks have in common; part of each page. */
interface Kit {
  /** Asks, and tells what can be known of the answer. */
  ask(url: string, init?: RequestInit): Promise<string>;
  /** Puts an element into the page, and tells whether what it names was loaded. */
  load(name: string, attributes: Readonly<Record<string, string>>): Promise<string>;
  /** Shows an address in a frame, and tells what can be read there. */
  frame(url: string): Promise<string>;
  /** Sends a form to a frame. */
  submit(
    action: string,
    form: Readonly<Record<string, string>>,
    fields: Readonly<Record<string, string>>,
  ): Promise<string>;
}

declare global {
  var kit: Kit;
}

/** Runs in every page before its own scripts. */
export function installKit(): void {
  const after = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  async function readFrame(frame: HTMLIFrameElement): Promise<string> {
    await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    try {
      return frame.contentWindow?.document.body.innerText || 'an empty frame';
    } catch (error) {
      return (error as Error).name;
    }
  }

  globalThis.kit = {
    async ask(url, init) {
      try {
        const response = await fetch(url, init);
        return response.type === 'opaque'
          ? 'nothing (opaque)'
          : `${response.status} ${await response.text()}`;
      } catch (error) {
        return (error as Error).name;
      }
    },
    load(name, attributes) {
      const element = document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      const loaded = new Promise<string>((resolve) => {
        element.addEventListener('load', () => resolve('it was loaded'));
        element.addEventListener('error', () => resolve('not loaded'));
      });
      document.body.append(element);
      return loaded;
    },
    async frame(url) {
      const frame = document.createElement('iframe');
      frame.src = url;
      const read = readFrame(frame);
      document.body.append(frame);
      return read;
    },
    async submit(action, attributes, fields) {
      const frame = document.createElement('iframe');
      frame.name = `frame-${Math.random()}`;
      document.body.append(frame);
      const form = document.createElement('form');
      Object.assign(form, { action, target: frame.name, ...attributes });
      for (const [name, value] of Object.entries(fields)) {
        const field = document.createElement('textarea');
        Object.assign(field, { name, value });
        form.append(field);
      }
      document.body.append(form);
      await after(50); // the frame's own empty page
      const read = readFrame(frame);
      form.submit();
      return read;
    },
  };
}

/** Of no-cors requests too: what comes back may be loaded by pages of the gateway alone. */
export const REFUSED = 'TypeError';
