// A page for each command, from the program's own help.
import { createProgram } from '@mer/cli';
import { code, plain, table } from '../markdown.mjs';
import { writePage } from '../site.mjs';

function fallbackOf({ defaultValue, defaultValueDescription }) {
  if (defaultValueDescription) return defaultValueDescription;
  return defaultValue === undefined || defaultValue === false ? '' : String(defaultValue);
}

function commandText(command, names) {
  const { registeredArguments, options } = command;
  return [
    `${plain(command.description()).replace(/^./, (letter) => letter.toUpperCase())}.`,
    `\`\`\`sh\nmer ${[...names.slice(0, -1), `${names.at(-1)} ${command.usage()}`].join(' ')}\n\`\`\``,
    registeredArguments.length > 0 &&
      table(
        ['argument', 'what it is'],
        registeredArguments.map((each) => [
          code(
            each.required
              ? `<${each.name()}${each.variadic ? '...' : ''}>`
              : `[${each.name()}${each.variadic ? '...' : ''}]`,
          ),
          each.description,
        ]),
      ),
    options.length > 0 &&
      table(
        ['option', 'what it does', 'default'],
        options.map((option) => [
          code(option.flags),
          `${withAddresses(option.description)}${option.argChoices ? `: ${option.argChoices.map(code).join(', ')}` : ''}${option.mandatory ? ' (must be given)' : ''}`,
          fallbackOf(option),
        ]),
      ),
    '`-h`, `--help` prints this in a terminal.',
  ];
}

export async function writeCommands() {
  const program = createProgram();
  const { commands } = program;
  for (const command of commands) {
    const name = command.name();
    await writePage(
      `reference/commands/${name}`,
      { title: `mer ${name}`, description: command.description() },
      `# mer ${name}`,
      ...commandText(command, [name]),
      ...command.commands.flatMap((inner) => [
        `## mer ${name} ${inner.name()}`,
        ...commandText(inner, [name, inner.name()]),
      ]),
    );
  }
  await writePage(
    'reference/commands/index',
    { title: 'Commands', description: program.description() },
    '# The mer command',
    plain(program.description()),
    table(
      ['command', 'what it does'],
      commands.flatMap((command) => [
        [`[${code(`mer ${command.name()}`)}](/reference/commands/${command.name()}.md)`, command.description()],
        ...command.commands.map((inner) => [
          `[${code(`mer ${command.name()} ${inner.name()}`)}](/reference/commands/${command.name()}.md#mer-${command.name()}-${inner.name()})`,
          inner.description(),
        ]),
      ]),
    ),
    'Results go to standard output (`--json`: as JSON), progress and messages to standard error. Exit status: 0 done, 1 the work failed, 2 wrong usage, 130 interrupted. `MER_DEBUG=1` shows stack traces. More: [@mer/cli](/packages/cli.md).',
  );
  return commands.map((command) => command.name());
}

/** Words in which an address is code: it is an example, not a link. */
function withAddresses(words) {
  return words.replaceAll(/https?:\/\/[^\s;,)]+/g, (address) => code(address));
}
