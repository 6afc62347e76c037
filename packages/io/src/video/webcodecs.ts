import type { EncodedPacket, Input, InputVideoTrack, Source } from 'mediabunny';
import { framePixels, storedSize } from './frame-pixels.js';
import type { Mediabunny } from './load-mediabunny.js';
import { type Turn, upright } from './upright.js';
import { checkVideoSize, type OpenVideoOptions, type VideoDecoding, type VideoIndex } from './video.js';

/** A video file taken apart by mediabunny and decoded by WebCodecs: of a browser, or of a package in Node. */
export async function decodeByWebCodecs(
  source: Source,
  name: string,
  bunny: Mediabunny,
  { limits, signal }: OpenVideoOptions,
): Promise<VideoDecoding> {
  // no playlists: they name other files
  const { MP4, QTFF, WEBM, MATROSKA } = bunny;
  const input = new bunny.Input({ source, formats: [MP4, QTFF, WEBM, MATROSKA] });
  try {
    const track = await trackOf(input, name);
    const { index, stamps } = await indexTrack(track, name, bunny, { limits, signal });
    // where a file is silent browsers say HD, whatever its size; ffmpeg, and so the other decoder here, takes a standard picture
    const silent = ((await track.getDecoderConfig())?.colorSpace?.matrix ?? null) === null;
    const turn: Turn = { rotation: await track.getRotation(), flip: await track.getFlip() };
    return {
      name,
      decoder: 'webcodecs',
      index,
      async *decode(first, ended) {
        const sink = new bunny.VideoSampleSink(track);
        let at = first;
        try {
          for await (const sample of sink.samples(stamps[first], Number.POSITIVE_INFINITY)) {
            try {
              ended?.throwIfAborted();
              // a frame that is shown before the one asked for, as its packet came first
              if (sample.timestamp < stamps[at]! - index.tick) continue;
              if (at >= stamps.length || sample.timestamp > stamps[at]! + index.tick) throw lostFrame(name, at);
              at++;
              yield upright(
                await framePixels(sample, silent ? null : sample.colorSpace.matrix),
                ...storedSize(sample),
                turn,
              );
            } finally {
              sample.close();
            }
          }
        } catch (cause) {
          if (ended?.aborted || (cause instanceof Error && cause.message.startsWith('Cannot '))) throw cause;
          throw new Error(`Cannot read video ${name} as it must be intact: ${(cause as Error).message}`, { cause });
        }
      },
      close: async () => input.dispose(),
    };
  } catch (error) {
    input.dispose();
    throw error;
  }
}

const lostFrame = (name: string, at: number) =>
  new Error(`Cannot read video ${name} as it must be intact: its frame ${at} cannot be decoded`);

/** The video in a file. */
async function trackOf(input: Input, name: string): Promise<InputVideoTrack> {
  let track: InputVideoTrack | null;
  try {
    track = await input.getPrimaryVideoTrack();
  } catch (cause) {
    throw new Error(
      `Cannot open video ${name} as it must be an intact video (mp4, mov, webm, mkv; avi by ffmpeg only): ${(cause as Error).message}`,
      { cause },
    );
  }
  if (!track) throw new Error(`Cannot open video ${name} as it must have a video stream: it has none`);
  if (await track.canDecode()) return track;
  const codec = (await track.getCodec()) ?? 'an unknown codec';
  throw new Error(
    `Cannot open video ${name} as this platform must decode its codec: it is ${codec}. A copy that plays everywhere: ffmpeg -i <file> -c:v libx264 <copy>.mp4`,
  );
}

/** When each frame is shown, from the packets of the file; none is decoded. */
async function indexTrack(
  track: InputVideoTrack,
  name: string,
  bunny: Mediabunny,
  { limits, signal }: OpenVideoOptions,
): Promise<{ index: VideoIndex; stamps: Float64Array }> {
  const [width, height] = [await track.getCodedWidth(), await track.getCodedHeight()];
  checkVideoSize(name, { width, height }, limits);
  const found: number[] = [];
  try {
    const packets: AsyncIterable<EncodedPacket> = new bunny.EncodedPacketSink(track).packets(undefined, undefined, {
      metadataOnly: true,
    });
    for await (const { timestamp } of packets) {
      signal?.throwIfAborted();
      found.push(timestamp);
      checkVideoSize(name, { frames: found.length }, limits);
    }
  } catch (cause) {
    if (signal?.aborted || cause instanceof RangeError) throw cause;
    throw new Error(`Cannot open video ${name} as it must be intact: ${(cause as Error).message}`, { cause });
  }
  if (found.length === 0) throw new Error(`Cannot open video ${name} as it must have frames: it has none`);
  // packets come in the order of decoding
  const stamps = Float64Array.from(found).sort();
  const start = stamps[0]!;
  const swapped = (await track.getRotation()) % 180 !== 0;
  const tick = 1 / (await track.getTimeResolution());
  return {
    stamps,
    index: {
      width: swapped ? height : width,
      height: swapped ? width : height,
      // decoders tell times in microseconds
      tick: Math.max(tick, 1e-6),
      times: stamps.map((stamp) => stamp - start),
    },
  };
}
