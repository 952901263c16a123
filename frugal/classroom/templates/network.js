// Runs a small ONNX network in plain JavaScript: the operators of frugal/classroom/network.py, one sample at a time.
// A tensor is {shape, values}; numbers are float32, integers are held as such. Knows no page.
const Network = (() => {
  "use strict";
  const ARRAYS = {float32: Float32Array, int8: Int8Array, uint8: Uint8Array, int32: Int32Array, int64: BigInt64Array};
  const size = (shape) => shape.reduce((all, side) => all * side, 1);

  function tensor({type, shape, data}) {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    let values = new ARRAYS[type](bytes.buffer);
    if (type === "int64") values = Float64Array.from(values, Number);
    return {shape, values, type};
  }
  function load(network) {
    const tensors = {};
    for (const [name, stored] of Object.entries(network.tensors)) tensors[name] = tensor(stored);
    const nodes = [];
    for (const node of network.nodes) {
      if (node.inputs.every((name) => name in tensors)) apply(node, tensors); // weights are made floats once
      else nodes.push(node);
    }
    return {...network, tensors, nodes};
  }
  function apply(node, held) {
    held[node.outputs[0]] = OPERATORS[node.op](node.inputs.map((name) => held[name]), node.attributes);
  }
  // Image uint8 (28 x 28, light ink on black) -> softmax scores, one per label.
  function run(network, image, side = 28) {
    const held = {...network.tensors, [network.input]: {shape: [1, side, side], values: Float32Array.from(image)}};
    for (const node of network.nodes) apply(node, held);
    return Array.from(held[network.output].values);
  }

  const same = ([x]) => x;
  function map(x, f) {
    const values = new Float32Array(x.values.length);
    for (let i = 0; i < values.length; i++) values[i] = f(x.values[i], i);
    return {shape: x.shape, values};
  }
  // How a scale or zero point per channel is read at a flat index.
  function perChannel(parameter, shape, axis) {
    if (!parameter) return () => 0;
    if (parameter.values.length === 1) return () => parameter.values[0];
    const step = size(shape.slice(axis + 1)), count = shape[axis];
    return (index) => parameter.values[Math.floor(index / step) % count];
  }
  function roundHalfEven(number) {
    const floor = Math.floor(number), rest = number - floor;
    if (rest !== 0.5) return Math.round(number);
    return floor % 2 === 0 ? floor : floor + 1;
  }
  function quantize([x, scale, zero], {axis = 1}) {
    const scales = perChannel(scale, x.shape, axis), zeros = perChannel(zero, x.shape, axis);
    const signed = zero && zero.type === "int8", low = signed ? -128 : 0, high = signed ? 127 : 255;
    return map(x, (value, i) => Math.min(high, Math.max(low, roundHalfEven(Math.fround(value / scales(i))) + zeros(i))));
  }
  function dequantize([x, scale, zero], {axis = 1}) {
    const scales = perChannel(scale, x.shape, axis), zeros = perChannel(zero, x.shape, axis);
    return map(x, (value, i) => (value - zeros(i)) * scales(i));
  }
  function conv([x, weight, bias], {group = 1, pads = [0, 0, 0, 0], strides = [1, 1]}) {
    const [, channels, height, width] = x.shape, [outputs, each, kh, kw] = weight.shape;
    const outHeight = Math.floor((height + pads[0] + pads[2] - kh) / strides[0]) + 1;
    const outWidth = Math.floor((width + pads[1] + pads[3] - kw) / strides[1]) + 1;
    const values = new Float32Array(outputs * outHeight * outWidth), perGroup = outputs / group;
    if (channels !== each * group) throw new Error("channels do not fit");
    for (let o = 0, at = 0; o < outputs; o++) {
      const first = Math.floor(o / perGroup) * each;
      for (let r = 0; r < outHeight; r++) {
        for (let c = 0; c < outWidth; c++, at++) {
          let sum = bias ? bias.values[o] : 0;
          for (let i = 0; i < each; i++) {
            for (let y = 0; y < kh; y++) {
              const row = r * strides[0] + y - pads[0];
              if (row < 0 || row >= height) continue;
              const from = ((first + i) * height + row) * width, kernel = ((o * each + i) * kh + y) * kw;
              for (let z = 0; z < kw; z++) {
                const column = c * strides[1] + z - pads[1];
                if (column >= 0 && column < width) sum += x.values[from + column] * weight.values[kernel + z];
              }
            }
          }
          values[at] = sum;
        }
      }
    }
    return {shape: [1, outputs, outHeight, outWidth], values};
  }
  function maxPool([x], {kernel_shape: [kh, kw], strides = [1, 1]}) {
    const [, channels, height, width] = x.shape;
    const outHeight = Math.floor((height - kh) / strides[0]) + 1, outWidth = Math.floor((width - kw) / strides[1]) + 1;
    const values = new Float32Array(channels * outHeight * outWidth).fill(-Infinity);
    for (let ch = 0, at = 0; ch < channels; ch++) {
      for (let r = 0; r < outHeight; r++) {
        for (let c = 0; c < outWidth; c++, at++) {
          for (let y = 0; y < kh; y++) {
            for (let z = 0; z < kw; z++) {
              const value = x.values[(ch * height + r * strides[0] + y) * width + c * strides[1] + z];
              if (value > values[at]) values[at] = value;
            }
          }
        }
      }
    }
    return {shape: [1, channels, outHeight, outWidth], values};
  }
  function gemm([x, weight, bias], {transB = 0, alpha = 1, beta = 1}) {
    const inner = size(x.shape), outputs = weight.shape[transB ? 0 : 1], values = new Float32Array(outputs);
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let i = 0; i < inner; i++) sum += x.values[i] * weight.values[transB ? o * inner + i : i * outputs + o];
      values[o] = alpha * sum + (bias ? beta * bias.values[o % bias.values.length] : 0);
    }
    return {shape: [1, outputs], values};
  }
  function multiply([one, other]) {
    const [x, factor] = one.values.length >= other.values.length ? [one, other] : [other, one];
    if (factor.values.length !== 1) throw new Error("one factor is a single number");
    return map(x, (value) => value * factor.values[0]);
  }
  function softmax([x]) {
    const most = Math.max(...x.values), raised = Array.from(x.values, (value) => Math.exp(value - most));
    const sum = raised.reduce((all, value) => all + value, 0);
    return {shape: x.shape, values: Float32Array.from(raised, (value) => value / sum)};
  }
  function reshape([x, shape]) {
    const sides = Array.from(shape.values, Number).map((side, axis) => (side === 0 ? x.shape[axis] : side));
    const rest = size(sides.filter((side) => side !== -1));
    return {shape: sides.map((side) => (side === -1 ? x.values.length / rest : side)), values: x.values};
  }
  function unsqueeze([x, axes]) {
    const rank = x.shape.length + axes.values.length, shape = [...x.shape];
    for (const axis of Array.from(axes.values, Number).map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b)) shape.splice(axis, 0, 1);
    return {shape, values: x.values};
  }
  const OPERATORS = {
    Cast: same, Conv: conv, DequantizeLinear: dequantize, Gemm: gemm, MaxPool: maxPool, Mul: multiply,
    QuantizeLinear: quantize, Reshape: reshape, Softmax: softmax, Unsqueeze: unsqueeze,
    Flatten: ([x]) => ({shape: [1, x.values.length], values: x.values}),
    Relu: ([x]) => map(x, (value) => Math.max(value, 0)),
  };

  // The digit that the scores speak for, of those labels that are digits, and its share among them.
  function digit(network, scores) {
    const shares = network.labels.map((label, i) => [label, scores[i]]).filter(([label]) => /^[0-9]$/.test(label));
    const sum = shares.reduce((all, [, score]) => all + score, 0) || 1;
    shares.sort((a, b) => b[1] - a[1]);
    return shares.map(([label, score]) => ({label, share: score / sum}));
  }
  return {load, run, digit, OPERATORS};
})();
if (typeof module !== "undefined") module.exports = Network;
