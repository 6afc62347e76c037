// How changesets become a CHANGELOG: what each says, without hashes; of what a package needs, one line.
module.exports = {
  getReleaseLine: async ({ summary }) => `- ${summary.trim().split('\n').join('\n  ')}`,
  getDependencyReleaseLine: async (_changesets, dependencies) => {
    const names = dependencies.map(({ name, newVersion }) => `${name} ${newVersion}`);
    return names.length === 0 ? '' : `- With ${names.join(', ')}.`;
  },
};
