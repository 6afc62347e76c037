/** Whether a file is a video by its name, and not hidden. */
export function isVideoName(path: string): boolean {
  return /(?:^|[\\/])[^.\\/][^\\/]*\.(?:mp4|m4v|mov|webm|mkv|avi|mpe?g|wmv|asf|flv|3gp)$/i.test(path);
}
