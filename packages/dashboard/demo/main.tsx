import { render } from 'preact';
import { drawn } from '../src/main.tsx';
import { Side } from './side.tsx';

/** The page of the demo: the dashboard as it is, and the phone at its side. */
const place = document.getElementById('side');
if (place === null) throw new Error('the page has no place for the phone');
void drawn.then(() => render(<Side />, place));
