'use client';

import { useEffect, useRef, useState } from 'react';

/** A picture that is computed in the browser, beside an answer of the route handler. */
export default function Page() {
  const canvas = useRef(null);
  const [status, setStatus] = useState('Working…');
  useEffect(() => {
    const show = async () => {
      const { drawPicture } = await import('./draw-picture.js');
      await drawPicture(canvas.current);
      const { classes } = await (await fetch('/api/class')).json();
      setStatus(`An untrained network of the server says ${classes.map((one) => one.toFixed(2)).join(', ')}`);
    };
    show().catch((error) => setStatus(error.message));
  }, []);
  return (
    <main>
      <h1>mer in Next</h1>
      <canvas ref={canvas} width={96} height={96} role="img" aria-label="A generated face as a dynamic image" />
      <p role="status">{status}</p>
    </main>
  );
}
