import type { BackendName } from '@mer/backends';
import type { Size } from '@mer/options';
import type { FaceDetectorName, TrackFacesOptions } from '@mer/representations';
import type { ClipAugmentation, FlowChannels, ImageAugmentation, TrainingSettings } from '@mer/training';
import type { SweepSettings } from '../sweep/cells.js';

/** A step of an experiment: its name, or its name and options. */
export type ExperimentStep = string | { step: string; options?: Readonly<Record<string, unknown>> };

/** How the images of one model input are made: an entry of `inputs` in an {@link Experiment}. */
export interface ExperimentInput {
  /** From the clip (or the image, of data sets of images) to what the network takes: preprocessing, representation, resize, normalize and so on. */
  steps: readonly ExperimentStep[];
  /** The representation is made of each of so many windows between onset and offset: the input is [windows, H, W, C]. */
  windows?: { count: number; overlap: number } | undefined;
  /** Where the finished input holds a flow field, whose vectors are mirrored and turned with the image. */
  flow?: FlowChannels | undefined;
}

/** A published result of the experiment's model, by its id among the model's `results`. */
export interface PublishedReference {
  result: string;
  /** Stands after the caveat of the result itself. */
  caveat?: string | undefined;
}

/** A published result to stand beside ours. */
export interface PublishedScores {
  source: string;
  caveat?: string | undefined;
  uf1?: number | undefined;
  uar?: number | undefined;
  accuracy?: number | undefined;
}

/** How a fold is trained: what `fit` of @mer/training takes, and what concerns the samples before. */
export interface ExperimentTraining extends Omit<TrainingSettings, 'augmentation'> {
  augmentation: {
    clips: readonly ClipAugmentation[];
    images: readonly ImageAugmentation[];
    test: 'clean' | 'mean';
  };
  /** Share of the training subjects held out by `epochChoice: validation`. */
  validationFraction: number;
}

/** A training before the last one, see `stages` of an {@link Experiment}. */
export interface ExperimentStage extends Partial<Pick<Experiment, 'data' | 'preprocessing' | 'inputs' | 'targets'>> {
  name: string;
  /** Who is the same person here and in the data of the experiment. */
  subjects: 'data-set' | 'name';
  /** Whether the classifier's last layer is handed on. */
  head: 'auto' | 'new';
  training: Omit<ExperimentTraining, 'oracle'>;
}

/** An experiment as plain data, every default filled in. */
export interface Experiment {
  $schema?: string | undefined;
  extends?: string | undefined;
  /** Modules of anybody's own parts, as the file names them. */
  use: readonly string[];
  /** Names the run: `runs/<name>`. */
  name: string;
  description?: string | undefined;
  /** The data set, and how its clips are read. */
  data: {
    name: string;
    root?: string | undefined;
    options: Readonly<Record<string, unknown>>;
    frames: {
      size?: Size | undefined;
      color?: boolean | undefined;
      from?: 'onset' | 'first' | undefined;
      to?: 'offset' | 'apex' | 'last' | undefined;
    };
    landmarks?:
      | string
      | ({ detector: FaceDetectorName; folder: string } & Pick<
          Required<TrackFacesOptions>,
          'several' | 'gap' | 'missing' | 'turned'
        >)
      | undefined;
  };
  /** Steps on every clip before the steps of its inputs. */
  preprocessing: readonly ExperimentStep[];
  /** One entry for each input of the model. */
  inputs: readonly ExperimentInput[];
  /** Images that the loss compares outputs with, made like inputs. */
  targets: readonly ExperimentInput[];
  /** The network. */
  model: {
    name: string;
    preset?: string | undefined;
    options: Readonly<Record<string, unknown>>;
    weights?: string | { file: string; into: readonly string[] } | undefined;
    /** What the paper starts from. */
    start?: { paper: string; weights?: string | undefined } | undefined;
  };
  /** How it is trained. */
  training: ExperimentTraining;
  /** Trainings before that. */
  stages?: readonly ExperimentStage[] | undefined;
  /** Of samples with any number of labels: the probability above which one is predicted, for all or for each; 0.5 where it is not given. */
  threshold?: number | readonly number[] | undefined;
  /** How samples are split. */
  protocol: { readonly name: string; readonly [option: string]: unknown };
  /** Each seed runs every fold. */
  seeds: readonly number[];
  backend: 'auto' | BackendName;
  published: readonly PublishedScores[];
  /** What makes it many runs; see {@link openSweep}. */
  sweep?: SweepSettings | undefined;
}

/** An experiment as its schema gives it: results of the model are still named by their ids. */
export interface ExperimentSettings extends Omit<Experiment, 'published'> {
  published: readonly (PublishedReference | PublishedScores)[];
}
