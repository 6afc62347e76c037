/** The optional package that takes video files apart. */
export type Mediabunny = typeof import('mediabunny');

/** The optional package mediabunny; an error that says what to install where it is missing. */
export async function loadMediabunny(name: string, more = ''): Promise<Mediabunny> {
  // straight in a `try`: only there do bundlers take an absent package for optional
  try {
    return await import('mediabunny');
  } catch (cause) {
    throw new Error(
      `Cannot open video ${name} as the package mediabunny must be installed beside @mer/io: npm install mediabunny${more}`,
      { cause },
    );
  }
}
