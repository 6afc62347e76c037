/**
 * Every network of this package: its definition and the function that makes it. A network is its file and its line here.
 */

export * from './afn.js';
export * from './ahmsa-net.js';
export * from './backbones/densenet121.js';
export * from './backbones/efficientnet-b0.js';
export * from './backbones/resnet.js';
export * from './backbones/vgg19.js';
export * from './backbones/vit-b16.js';
export * from './causalnet.js';
export * from './dianet.js';
export * from './dual-branch.js';
export * from './fdp.js';
export * from './featref.js';
export * from './fmanet.js';
export * from './htnet.js';
export * from './learnet.js';
export * from './linear-classifier.js';
export * from './meganet.js';
export * from './mmnet.js';
export * from './mol.js';
export * from './off-apexnet.js';
export * from './rcn-a.js';
export * from './skd-tstsan.js';
export * from './slstt.js';
export * from './small-cnn.js';
export * from './ststnet.js';
export * from './tsfmicro.js';
