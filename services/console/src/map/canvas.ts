/** Makes a canvas as sharp as the screen; the pen then counts in CSS pixels. */
export function fitCanvas(canvas: HTMLCanvasElement): { pen: CanvasRenderingContext2D; width: number; height: number } {
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('this browser has no 2D canvas');
  const [width, height, ratio] = [canvas.clientWidth, canvas.clientHeight, window.devicePixelRatio];
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { pen, width, height };
}
