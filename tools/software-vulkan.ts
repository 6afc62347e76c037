import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The card that Debian's Chromium emulates. */
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * Where there is no graphics card, the one that Chromium emulates serves for webgpu in Node, through the loader of Vulkan (Debian's libvulkan1).
 *
 * @returns the driver, which VK_ICD_FILENAMES names from then on; undefined where there is none
 */
export function softwareVulkan(): string | undefined {
  const { VK_ICD_FILENAMES: given } = process.env;
  if (given !== undefined) return given;
  if (!existsSync(swiftShader)) return undefined;
  const { stdout } = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  if (!stdout?.includes('libvulkan.so.1 ')) return undefined;
  process.env['VK_ICD_FILENAMES'] = swiftShader;
  return swiftShader;
}
