// The options of the command line, told once: parsing, help and the config file come from this list.

export interface Flag {
  name: string;
  /** How the value is shown in the help; undefined for a switch. */
  value?: string;
  /** `name=value` pairs, as often as wanted. */
  pairs?: boolean;
  text: string;
}

export const FLAGS: readonly Flag[] = [
  {
    name: 'controller',
    value: 'ADDRESS',
    text: 'The controller: host, host:port (8443) or a wss:// URL. Required, unless control_proxy.yml names it.',
  },
  {
    name: 'bootstrap',
    value: 'ADDRESS',
    text: 'The bootstrap door: host, host:port (8444) or an https:// URL. By default bootstrapper-controller.<domain> for controller.<domain>, otherwise port 8444 of the controller.',
  },
  { name: 'ca', value: 'FILE', text: "PEM file of the root CA that both are checked against. By default the system's roots." },
  {
    name: 'data',
    value: 'FOLDER',
    text: 'Where identity, certificates, config, streams and stored metrics are kept. By default /var/opt/magma-agent for root, otherwise ./.agent.',
  },
  {
    name: 'token',
    value: 'TOKEN',
    text: 'Registration token; used once. Not needed when an operator registers this gateway. Also read from ORC8R_AGENT_TOKEN, which other users of this machine cannot see.',
  },
  {
    name: 'hardware-id',
    value: 'ID',
    text: 'Hardware id of this gateway. By default a UUID made on first run and kept in <data>/snowflake.',
  },
  { name: 'mconfig', value: 'FILE', text: 'Where the config goes. By default <data>/configs/gateway.mconfig.' },
  {
    name: 'reboot-command',
    value: 'COMMAND',
    text: 'What the command "reboot" runs, for instance "systemctl reboot". Without it reboots are refused.',
  },
  {
    name: 'restart-command',
    value: 'COMMAND',
    text: 'What "restart_services" runs for each service, for instance "systemctl restart magma@{service}". Without it restarts are refused.',
  },
  {
    name: 'start-command',
    value: 'COMMAND',
    text: 'What "start_services" runs, for instance "systemctl start magma@magmad". Without it that is refused.',
  },
  {
    name: 'stop-command',
    value: 'COMMAND',
    text: 'What "stop_services" runs. Without it that is refused.',
  },
  {
    name: 'stateless-command',
    value: 'COMMAND',
    text: 'What "check_stateless" and "configure_stateless" run, for instance "config_stateless_agw.py {action}" with check, enable or disable for the action. Its exit code says how the gateway is: 0 stateless, 1 stateful, 2 corrupt. Without it both are refused.',
  },
  {
    name: 'generic-command',
    value: 'NAME=COMMAND',
    pairs: true,
    text: 'Allows a generic command. Its parameters come as JSON on stdin. May be given again.',
  },
  { name: 'log-file', value: 'SERVICE=FILE', pairs: true, text: "Allows following a service's log. May be given again." },
  {
    name: 'streams',
    value: 'WHICH',
    text: '"all" (default) keeps subscribers, policies and what else the network shares in <data>/streams, "none" does not.',
  },
  {
    name: 'exporter',
    value: 'NAME',
    text: '"orc8r" (default) uploads metrics of this process and host to the controller, "none" does not.',
  },
  {
    name: 'listen',
    value: 'ADDRESS',
    text: "Serve this machine's services over plaintext gRPC in control_proxy's place: host:port. By default 127.0.0.1 and local_port of control_proxy.yml (8443) with --carry or --config-dir, otherwise not.",
  },
  {
    name: 'config-dir',
    value: 'FOLDER',
    text: "Magma's control_proxy.yml, service_registry.yml and magmad.yml: addresses, root CA and the ports of local services come from there unless given here. By default /etc/magma with --carry, otherwise none is read.",
  },
  {
    name: 'override-dir',
    value: 'FOLDER',
    text: 'Files of the same names that override those key by key. By default /var/opt/magma/configs.',
  },
  {
    name: 'carry',
    text: "Be control_proxy for a magmad on this machine: it bootstraps, checks in and takes the cloud's calls itself, the agent only carries. See docs/gateway.md.",
  },
  {
    name: 'bootstrap-listen',
    value: 'ADDRESS',
    text: 'With --carry: where magmad bootstraps over TLS, host:port. By default 127.0.0.1 and bootstrap_port of control_proxy.yml when its bootstrap_address is this machine, otherwise 127.0.0.1:8444.',
  },
  { name: 'config', value: 'FILE', text: 'JSON file with any of these options by name, pairs as objects. The command line wins.' },
  { name: 'log-json', text: 'Log one JSON object a line.' },
  { name: 'version', text: 'Print the version.' },
  { name: 'help', text: 'Print this text.' },
];

const WIDTH = 100;

export function helpText(): string {
  const names = FLAGS.map(({ name, value }) => `  --${name}${value ? ` ${value}` : ''}`);
  const column = Math.max(...names.map((name) => name.length)) + 2;
  const rows = FLAGS.map(({ text }, index) => {
    const [first = '', ...rest] = wrap(text, WIDTH - column);
    return [(names[index] ?? '').padEnd(column) + first, ...rest.map((line) => ' '.repeat(column) + line)].join('\n');
  });
  return [
    'orc8r-agent: the gateway side of the Orchestrator.',
    '',
    'Usage:',
    '  orc8r-agent --controller ADDRESS [options]   run until stopped',
    '  orc8r-agent --carry [options]                run in the place of control_proxy, for magmad',
    '  orc8r-agent identity [--data FOLDER]         print what an operator needs to register this gateway',
    '  orc8r-agent streams [--data FOLDER]          print which streams are held, at which version',
    '',
    'Options:',
    ...rows,
    '',
    'Example:',
    '  orc8r-agent --controller localhost:8443 --ca .orc8r/ca/root.pem --token reg_...',
    '',
  ].join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}
