import type { ServedModel } from './job.js';
import type { ServiceLimits } from './limits.js';

const text = (description: string, more: object = {}) => ({ type: 'string', description, ...more });
const numberOf = (description: string, more: object = {}) => ({ type: 'number', description, ...more });
const count = (description: string, more: object = {}) => ({ type: 'integer', minimum: 0, description, ...more });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: object) => ({ 'application/json': { schema } });

/** The fields of a form, or of the address. */
const FIELDS = {
  onset: count('Number of the frame where the expression begins, from 0. Spotted where it is not given.'),
  apex: count('Number of the frame where it is strongest. Spotted where it is not given.'),
  offset: count('Number of its last frame. Spotted where it is not given.'),
  fps: numberOf('Frames a second of pictures; a video says its own.', { exclusiveMinimum: 0, maximum: 10_000 }),
  heatMaps: {
    type: 'boolean',
    default: false,
    description: 'Also pictures of what the network looked at: PNG, base64.',
  },
};

const ERRORS: Readonly<Record<number, string>> = {
  400: 'A field or the form is wrong.',
  408: 'The request did not arrive in time.',
  413: 'It is beyond a limit: bytes, frames, seconds, pixels.',
  415: 'It is of a kind that is not taken.',
  421: 'It names another machine in its Host header.',
  422: 'The clip is refused: no face, no motion, too short, and so on; or it cannot be read.',
  429: 'Too many clips wait. Retry-After says in how many seconds to try again.',
  500: 'The worker that looked at the clip ended, or a step of the service failed.',
  503: 'No worker was free in time, or the service is being stopped. Retry-After says in how many seconds to try again.',
  504: 'The clip was not looked at in time and the work was cut off.',
};

/** The description of a service in OpenAPI 3.1, of which clients can be made. */
export function openApi(model: ServedModel, { limits, token }: { limits: ServiceLimits; token: boolean }): object {
  const failures = (...statuses: number[]) =>
    Object.fromEntries(
      [...(token ? [401] : []), ...statuses].sort().map((status) => [
        status,
        {
          description: status === 401 ? 'The token is missing or wrong.' : ERRORS[status],
          ...([429, 503].includes(status) && {
            headers: { 'Retry-After': { schema: count('Seconds.') } },
          }),
          content: json(ref('Refusal')),
        },
      ]),
    );
  const security = token ? [{ token: [] }] : [];
  const get = (operationId: string, summary: string, content: object, more: object = {}) => ({
    get: { operationId, summary, security: [], responses: { 200: { description: summary, content } }, ...more },
  });
  const file = { type: 'string', contentMediaType: 'application/octet-stream' };
  return {
    openapi: '3.1.0',
    info: {
      title: model.name,
      version: model.created,
      summary: 'Micro-expressions in clips of faces',
      description: [
        model.description ?? '',
        'A probability is no proof of what anybody feels. What a clip shows is not kept, and not written to logs.',
        `Limits: ${limits.bytes} bytes, ${limits.frames} frames, ${limits.seconds} s, ${limits.pixels} pixels a frame, ${limits.clipPixels} pixels a clip; ${limits.predictSeconds} s of work.`,
      ]
        .filter((line) => line !== '')
        .join('\n\n'),
      license: { name: String((model.license as { weights?: string } | undefined)?.weights ?? 'not stated') },
    },
    servers: [{ url: '/' }],
    paths: {
      '/predict': {
        post: {
          operationId: 'predict',
          summary: 'What a clip shows',
          description:
            'Takes a video, frames in order (PNG, JPEG, BMP), a zip of frames (in the order of their names, numbers by value), or an npy file (uint8, [frames, height, width] or [frames, height, width, 3]). What a file is, its first bytes say. Fields of the address count where the body is one file.',
          security,
          parameters: Object.entries(FIELDS).map(([name, { description, ...schema }]) => ({
            name,
            in: 'query',
            required: false,
            description,
            schema,
          })),
          requestBody: {
            required: true,
            content: {
              'multipart/form-data': {
                schema: {
                  type: 'object',
                  required: ['clip'],
                  properties: {
                    clip: {
                      type: 'array',
                      items: file,
                      minItems: 1,
                      maxItems: limits.frames,
                      description: 'One file, or frames in order.',
                    },
                    ...FIELDS,
                  },
                },
              },
              'video/mp4': { schema: file },
              'video/webm': { schema: file },
              'application/zip': { schema: file },
              'application/x-npy': { schema: file },
              'application/octet-stream': { schema: file },
            },
          },
          responses: {
            200: { description: 'The answer.', content: json(ref('Answer')) },
            ...failures(400, 408, 413, 415, 421, 422, 429, 500, 503, 504),
          },
        },
      },
      '/model': {
        get: {
          operationId: 'model',
          summary: 'What the network is, what it was trained on, and what to expect of it',
          security,
          responses: { 200: { description: 'The network.', content: json(ref('Model')) }, ...failures(421) },
        },
      },
      '/metrics': {
        get: {
          operationId: 'metrics',
          summary: 'Figures for Prometheus',
          security,
          responses: {
            200: { description: 'Text of Prometheus.', content: { 'text/plain': { schema: { type: 'string' } } } },
            ...failures(421),
          },
        },
      },
      '/healthz': get(
        'healthz',
        'The service is alive',
        json({ type: 'object', required: ['alive'], properties: { alive: { const: true } } }),
      ),
      '/readyz': {
        get: {
          operationId: 'readyz',
          summary: 'Whether a clip would be looked at now',
          security: [],
          responses: {
            200: {
              description: 'Yes.',
              content: json({ type: 'object', required: ['ready'], properties: { ready: { const: true } } }),
            },
            503: { description: 'No worker is ready, or the service is being stopped.', content: json(ref('Refusal')) },
          },
        },
      },
      '/openapi.json': get('openapi', 'This description', json({ type: 'object' })),
    },
    components: {
      ...(token && { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } }),
      schemas: {
        Answer: {
          type: 'object',
          required: ['answered', 'predicted', 'classes', 'probabilities', 'std', 'marks', 'quality', 'model'],
          properties: {
            answered: { const: true },
            predicted: text(
              'The class; of a network for any number of labels those above the threshold, joined by +, or none.',
            ),
            classes: { type: 'array', items: { type: 'string' }, examples: [model.classes] },
            probabilities: {
              type: 'array',
              items: { type: 'number', minimum: 0, maximum: 1 },
              description: 'In the order of the classes.',
            },
            std: {
              type: 'array',
              items: { type: 'number', minimum: 0 },
              description: 'Standard deviation of each over the sets of weights.',
            },
            members: count('Sets of weights whose mean it is.'),
            notes: { type: 'array', items: { type: 'string' }, description: 'What a reader should know.' },
            marks: {
              description: 'Numbers of frames, from 0, given or spotted; null where the network takes pictures.',
              oneOf: [{ type: 'object' }, { type: 'null' }],
            },
            quality: { description: 'Of the face and its motion.', oneOf: [{ type: 'object' }, { type: 'null' }] },
            heatMaps: {
              type: 'array',
              description: 'For each input of the network: where it looked, over what it saw. PNG, base64.',
              items: {
                type: 'object',
                required: ['input', 'png'],
                properties: {
                  input: { type: 'string' },
                  png: { type: 'string', contentEncoding: 'base64', contentMediaType: 'image/png' },
                },
              },
            },
            model: {
              type: 'object',
              required: ['name', 'created'],
              properties: { name: { type: 'string' }, created: { type: 'string' } },
            },
          },
        },
        Refusal: {
          type: 'object',
          required: ['answered', 'code', 'reason'],
          properties: {
            answered: { const: false },
            code: text('The kind of reason: one word that does not change.', {
              examples: ['no-face', 'no-motion', 'too-large'],
            }),
            reason: text('The reason: one sentence.'),
          },
        },
        Model: {
          type: 'object',
          required: ['name', 'classes', 'samples', 'marks', 'license', 'expected', 'created', 'card'],
          properties: {
            name: { type: 'string' },
            description: { type: 'string' },
            classes: { type: 'array', items: { type: 'string' } },
            labelKind: { enum: ['single', 'multiple'] },
            samples: { enum: ['clips', 'images'] },
            marks: { type: 'array', items: { enum: ['onset', 'apex', 'offset'] } },
            frameRates: { type: 'array', items: { type: 'number' } },
            license: { type: 'object', properties: { weights: { type: 'string' }, data: { type: 'string' } } },
            expected: {
              type: 'object',
              description: 'The score to expect on new people, its interval, and how it was measured.',
            },
            created: { type: 'string' },
            card: { oneOf: [{ type: 'string' }, { type: 'null' }], description: 'The model card, Markdown.' },
          },
        },
      },
    },
  };
}
