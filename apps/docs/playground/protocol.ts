// What the page and its worker say to each other. Everything is plain data; pixels and fields are moved, not copied.
import type { ClipMarks, FilePath } from './clip-source.ts';

/** Pixels for a canvas: RGBA, a byte each. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** A backend of tfjs, and whether it runs in this browser. */
export interface BackendChoice {
  readonly name: string;
  readonly available: boolean;
  /** What it computes on, or why it cannot run. */
  readonly words: string;
}

/** A representation as the page lists it: its options as JSON Schema, of which the form is made. */
export interface RepresentationEntry {
  readonly name: string;
  readonly title: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Where a network comes from: with the page, from files of an exported folder, or from such a folder on this site. */
export type NetworkSource =
  | { readonly kind: 'own' }
  | { readonly kind: 'files'; readonly files: readonly FilePath[] }
  | { readonly kind: 'address'; readonly address: string };

/** What is known of a network: what its folder says. */
export interface NetworkFacts {
  /** Whether it came with the page. */
  readonly own: boolean;
  readonly name: string;
  readonly classes: readonly string[];
  /** Sets of weights, and their bytes. */
  readonly members: number;
  readonly bytes: number;
  readonly encoding: string;
  /** What to expect of it. */
  readonly note: string;
  readonly license: string;
  readonly data: readonly string[];
  /** Of the one that came with the page: network/network.json. */
  readonly parameters?: number;
  readonly training?: { readonly clips: number; readonly subjects: number };
  readonly tested?: { readonly clips: number; readonly subjects: number; readonly uar: number };
}

export interface Started {
  readonly backends: readonly BackendChoice[];
  readonly representations: readonly RepresentationEntry[];
  readonly flows: readonly string[];
}

/** A video: somebody's file, or the generated recording of the page. */
export type VideoSource = { readonly kind: 'file'; readonly file: File } | { readonly kind: 'generated' };

/** Where a face is: it is looked for (the weights of that are loaded then), or it fills the picture. */
export type FaceSearch = 'find' | 'whole';

/** Some seconds of a video, as a clip of the face. */
export interface Stretch {
  readonly video: VideoSource;
  readonly face: FaceSearch;
  /** Seconds from the first frame. */
  readonly onset: number;
  /** Spotted in the frames where it is not given. */
  readonly apex?: number | undefined;
  readonly offset: number;
}

/** Where a clip comes from. */
export type ClipSource =
  | { readonly kind: 'example'; readonly emotion: string; readonly face: number }
  | { readonly kind: 'files'; readonly files: readonly FilePath[]; readonly side: number }
  | { readonly kind: 'stretch'; readonly stretch: Stretch; readonly side: number }
  /** What the camera saw: an expression by its number, or the last seconds. */
  | { readonly kind: 'moment'; readonly number: number | undefined };

export interface OpenedVideo {
  readonly name: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** Frames a second. */
  readonly fps: number;
  readonly seconds: number;
  readonly notes: readonly string[];
}

/** An expression: seconds, and how far skin moves, pixels of a face of 256. */
export interface Expression {
  readonly onset: number;
  readonly apex: number;
  readonly offset: number;
  readonly score: number;
  readonly kind: 'micro' | 'macro';
}

/** What a spotter says of a video. */
export interface Spotted {
  readonly expressions: readonly Expression[];
  /** By what it decides: so many pixels in steps of so many seconds. */
  readonly signal: Float32Array<ArrayBuffer>;
  readonly step: number;
  readonly height: number;
  /** Of the face and of the motion, a sentence each. */
  readonly notes: readonly string[];
  /** Why there is nothing. */
  readonly refusal?: string | undefined;
}

/** How far a long piece of work is. */
export interface Progress {
  readonly part: 'weights' | 'face' | 'motion';
  readonly done: number;
  readonly total: number;
}

/** What is known after a frame of the camera; the pictures come some times a second. */
export interface LiveFrame {
  readonly time: number;
  readonly face: 'there' | 'held' | 'none';
  readonly score: number;
  /** Milliseconds from the frame to this. */
  readonly latency: number;
  /** Frames looked at, and frames that came meanwhile and were dropped. */
  readonly seen: number;
  readonly dropped: number;
  /** Tensors that are held. */
  readonly tensors: number;
  readonly pictures?: { readonly crop: Pixels; readonly dynamic?: Pixels; readonly flow?: Pixels } | undefined;
  /** An expression that has just ended, and its number; those that can still be shown. */
  readonly ended?: Expression & { readonly number: number };
}

/** What the worker says without being asked. */
export type Notice =
  | { readonly notice: 'progress'; readonly progress: Progress }
  | { readonly notice: 'live'; readonly live: LiveFrame }
  | { readonly notice: 'camera ended'; readonly error: string | undefined };

export interface OpenedClip {
  /** What it is, in words. */
  readonly title: string;
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** Every frame, one after another. */
  readonly frames: readonly Pixels[];
  readonly marks: ClipMarks;
  /** What the reader should know: files left out, an apex that was spotted, another size. */
  readonly notes: readonly string[];
}

/** What a piece of work took. */
export interface Cost {
  readonly milliseconds: number;
  /** The most bytes of tensors that there were at a time, those of the clip among them. */
  readonly bytes: number;
}

/** What is wrong with the options, by the path of the option. */
export interface Issue {
  readonly path: string;
  readonly text: string;
}

export type Represented =
  | { readonly issues: readonly Issue[] }
  | {
      readonly issues?: undefined;
      readonly picture: Pixels;
      readonly png: Uint8Array<ArrayBuffer>;
      readonly shape: readonly number[];
      readonly least: number;
      readonly greatest: number;
      readonly cost: Cost;
      readonly yaml: string;
      readonly typescript: string;
    };

export interface Motion {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 2]`, pixels, (u, v). */
  readonly field: Float32Array<ArrayBuffer>;
  readonly colors: Pixels;
  /** Length of the longest vector, pixels. */
  readonly longest: number;
  readonly cost: Cost;
}

export interface Answer {
  readonly classes: readonly { readonly name: string; readonly probability: number }[];
  /** The class that the heat map explains. */
  readonly explained: number;
  /** Why nothing should be believed of it, a part of a sentence each. */
  readonly doubts: readonly string[];
  /** What the network was given, and the heat map over it and over the apex frame. */
  readonly input: Pixels;
  readonly overInput: Pixels;
  readonly overFace: Pixels;
  readonly cost: Cost;
}

/** What can be asked: the kind, what comes with it, and what is answered. */
export interface Questions {
  start: { given: Record<never, never>; answer: Started };
  backend: { given: { name: string }; answer: { words: string } };
  open: { given: { source: ClipSource }; answer: OpenedClip };
  /** The frames of the clip as PNG files in a zip. */
  frames: { given: Record<never, never>; answer: { zip: Uint8Array<ArrayBuffer> } };
  video: { given: { video: VideoSource }; answer: OpenedVideo };
  spot: { given: { video: VideoSource; face: FaceSearch; height: number }; answer: Spotted };
  /** Of what was measured, by another height. */
  decide: { given: { height: number }; answer: Spotted };
  /** The frames of a camera come through the port, which is moved. */
  watch: { given: { port: MessagePort; face: FaceSearch }; answer: Record<never, never> };
  unwatch: { given: Record<never, never>; answer: Record<never, never> };
  represent: { given: { name: string; options: object; marks: ClipMarks }; answer: Represented };
  motion: { given: { method: string; marks: ClipMarks }; answer: Motion };
  /** From now on answers are those of this network. */
  network: { given: { source: NetworkSource }; answer: NetworkFacts };
  answer: { given: { marks: ClipMarks; explain?: number | undefined }; answer: Answer };
}
export type Kind = keyof Questions;

/** Kinds of which only the newest question counts: those that wait when another comes are dropped. */
export const REPLACED: readonly Kind[] = ['open', 'represent', 'motion', 'answer', 'decide'];

export interface Question<K extends Kind = Kind> {
  readonly id: number;
  readonly kind: K;
  readonly given: Questions[K]['given'];
}
export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly id: number; readonly dropped: true };

/** One end of the line: a Worker, or the worker's own global. */
export interface Port {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}
