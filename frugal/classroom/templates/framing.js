// From a drawing to the 28 x 28 image that a network learnt from: each set of digits was framed in its own way.
// A drawing is a square of ink from 0 to 255. Knows no network.
const Framing = (() => {
  "use strict";
  const SIDE = 28, LEAST_INK = 40;

  // The smallest rectangle that holds all ink; null for an empty drawing.
  function bounds(dots, side) {
    let left = side, top = side, right = -1, bottom = -1;
    for (let i = 0; i < dots.length; i++) {
      if (dots[i] < LEAST_INK) continue;
      const x = i % side, y = Math.floor(i / side);
      left = Math.min(left, x); right = Math.max(right, x); top = Math.min(top, y); bottom = Math.max(bottom, y);
    }
    return right < 0 ? null : {left, top, width: right - left + 1, height: bottom - top + 1};
  }
  // Mean ink of each cell when `box` is cut into columns x rows; what lies outside the drawing is paper.
  function cells(dots, side, box, columns, rows) {
    const means = new Float32Array(columns * rows);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const x0 = Math.round(box.left + c * box.width / columns), x1 = Math.max(x0 + 1, Math.round(box.left + (c + 1) * box.width / columns));
        const y0 = Math.round(box.top + r * box.height / rows), y1 = Math.max(y0 + 1, Math.round(box.top + (r + 1) * box.height / rows));
        let sum = 0;
        for (let y = Math.max(y0, 0); y < Math.min(y1, side); y++) {
          for (let x = Math.max(x0, 0); x < Math.min(x1, side); x++) sum += dots[y * side + x];
        }
        means[r * columns + c] = sum / ((x1 - x0) * (y1 - y0));
      }
    }
    return means;
  }

  // As MNIST: scaled into a field of 20 dots, then centred by its mass.
  function byMass(dots, side) {
    const box = bounds(dots, side);
    if (!box) return null;
    const scale = Math.max(box.width, box.height) / 20;
    const width = Math.max(1, Math.round(box.width / scale)), height = Math.max(1, Math.round(box.height / scale));
    const field = cells(dots, side, box, width, height);
    let mass = 0, mx = 0, my = 0;
    field.forEach((dot, i) => { mass += dot; mx += dot * (i % width + 0.5); my += dot * (Math.floor(i / width) + 0.5); });
    const shift = (middle, size) => Math.min(SIDE - size, Math.max(0, Math.round(SIDE / 2 - middle / mass)));
    const left = shift(mx, width), top = shift(my, height), image = new Uint8Array(SIDE * SIDE);
    field.forEach((dot, i) => { image[(top + Math.floor(i / width)) * SIDE + left + i % width] = Math.round(dot); });
    return image;
  }

  // As scikit-learn's digits (UCI 80): the digit fills a square, counted into 8 x 8 cells of 0 to 16, then enlarged.
  function byGrid(dots, side) {
    const box = bounds(dots, side);
    if (!box) return null;
    const size = Math.max(box.width, box.height);
    const square = {left: box.left - (size - box.width) / 2, top: box.top - (size - box.height) / 2, width: size, height: size};
    const counts = cells(dots, side, square, 8, 8).map((mean) => Math.min(16, Math.round(mean * 16 / 228)));
    return enlarged(counts, 8);
  }
  // Counts 0 to 16 (cells x cells) as uint8 28 x 28: the bicubic of torch (a = -0.75, corners not aligned).
  function enlarged(counts, cellsAcross) {
    const taps = Array.from({length: SIDE}, (_, i) => {
      const at = (i + 0.5) * cellsAcross / SIDE - 0.5, first = Math.floor(at), t = at - first;
      const near = (x) => ((1.25 * x - 2.25) * x) * x + 1, far = (x) => ((-0.75 * x + 3.75) * x - 6) * x + 3;
      const weights = [far(t + 1), near(t), near(1 - t), far(2 - t)];
      return weights.map((weight, k) => [Math.min(cellsAcross - 1, Math.max(0, first - 1 + k)), weight]);
    });
    const image = new Uint8Array(SIDE * SIDE);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        let sum = 0;
        for (const [row, v] of taps[y]) for (const [column, u] of taps[x]) sum += v * u * counts[row * cellsAcross + column];
        image[y * SIDE + x] = Math.min(255, Math.max(0, Math.round(sum * 255 / 16)));
      }
    }
    return image;
  }
  return {byMass, byGrid, enlarged, SIDE};
})();
if (typeof module !== "undefined") module.exports = Framing;
