// Ten digits as pen strokes on a square of 100, for those who cannot or will not draw.
const Strokes = (() => {
  "use strict";
  const ring = (x, y, a, b, from = -90, turn = 360) => Array.from({length: 25}, (_, i) => {
    const angle = (from + turn * i / 24) * Math.PI / 180;
    return [x + a * Math.cos(angle), y + b * Math.sin(angle)];
  });
  return {
    0: [ring(50, 50, 24, 36)],
    1: [[[38, 28], [52, 14], [50, 86]]],
    2: [[...ring(50, 33, 22, 20, 190, 200), [52, 62], [28, 85], [76, 84]]],
    3: [[...ring(48, 32, 20, 18, 200, 250), ...ring(47, 67, 24, 19, 280, 230)]],
    4: [[[56, 14], [24, 60], [80, 60]], [[62, 38], [58, 88]]],
    5: [[[74, 15], [36, 15], [32, 46], ...ring(47, 64, 25, 21, 225, 280)]],
    6: [[[64, 13], [44, 28], [30, 52], [27, 68], ...ring(50, 68, 23, 19, 180, -360)]],
    7: [[[24, 18], [76, 18], [58, 48], [44, 86]]],
    8: [[...ring(50, 32, 19, 18, 90, 360), ...ring(50, 68, 23, 18, -90, 360)]],
    9: [[...ring(48, 35, 21, 20, 0, -360), [70, 40], [66, 62], [58, 88]]],
  };
})();
if (typeof module !== "undefined") module.exports = Strokes;
