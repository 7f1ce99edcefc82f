/** Begins the page. */
import './style/theme.css';
import './style/page.css';
import './style/forms.css';
import './style/list.css';
import './style/export.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { learnClock } from './time.ts';

void learnClock();
const root = document.getElementById('root');
if (root === null) throw new Error('The page has no place for the board.');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
