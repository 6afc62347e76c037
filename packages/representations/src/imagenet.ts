/** Mean and standard deviation of R, G and B of ImageNet in 0..1, as torchvision uses them. */
export const imagenet = /* @__PURE__ */ Object.freeze({
  mean: Object.freeze([0.485, 0.456, 0.406] as const),
  std: Object.freeze([0.229, 0.224, 0.225] as const),
});
