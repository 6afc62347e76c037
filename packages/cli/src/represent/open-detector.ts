import { createFaceDetector, type FaceDetector } from '@mer/representations';

/** The detector of faces, or why there is none. */
export async function openDetector(): Promise<{ detect?: FaceDetector; missing?: string }> {
  try {
    return { detect: await createFaceDetector() };
  } catch (cause) {
    const { message } = cause as Error;
    return { missing: `there is nothing to find its face with (${message}); or give --landmarks` };
  }
}
