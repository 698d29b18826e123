import { render } from 'preact';
import { CSS } from '../reports/html/style.js';
import { App } from './app.js';
import './site.css';
import { openGiven } from './state/given.js';
import { store } from './state/store.js';

const style = document.createElement('style');
style.textContent = CSS;
document.head.prepend(style);
store.start();
render(<App />, document.getElementById('app')!);
void openGiven();
// Offline after the first load; without it (an address of a file, an old browser) the page works all the same.
if ('serviceWorker' in navigator && import.meta.env.PROD)
  navigator.serviceWorker.register('service-worker.js').catch(() => {});
