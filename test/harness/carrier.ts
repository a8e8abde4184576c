import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, runCommand } from './command.ts';
import { StandInMagmad } from './magmad.ts';
import type { TestPlatform } from './platform.ts';

/** A gateway as docs/gateway.md sets it up: Magma's files, magmad, and the agent as a process in control_proxy's place. */
export interface CarriedGateway {
  readonly magmad: StandInMagmad;
  /** Where local services call. */
  readonly address: () => string;
  /** What the agent said so far. */
  readonly log: () => string;
  /** Ends the agent as systemd does, and starts it again on the same ports. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface CarryOptions {
  /** Other addresses of the doors than the platform's own. */
  readonly controller?: string;
  readonly bootstrap?: string;
  /** service_registry.yml: service to port. */
  readonly services?: Readonly<Record<string, number>>;
}

/** Writes the files and starts the agent; magmad does nothing yet. */
export async function carryGateway(test: TestPlatform, name: string, options: CarryOptions = {}): Promise<CarriedGateway> {
  const folder = join(test.folder, 'carried', name);
  const config = join(folder, 'etc');
  const data = join(folder, 'agent');
  const certs = join(folder, 'certs');
  mkdirSync(config, { recursive: true });
  const rootFile = join(data, 'certs', 'local-rootCA.pem');
  const services = Object.entries(options.services ?? {}).map(
    ([service, port]) => `  ${service}: {ip_address: 127.0.0.1, port: ${port}}\n`,
  );
  writeFileSync(
    join(config, 'control_proxy.yml'),
    `---\nrootca_cert: ${rootFile}\ngateway_cert: ${certs}/gateway.crt\ngateway_key: ${certs}/gateway.key\nlocal_port: 8443\n` +
      'cloud_address: controller.magma.test\ncloud_port: 7443\nbootstrap_address: localhost\nbootstrap_port: 8444\nproxy_cloud_connections: True\n',
  );
  writeFileSync(join(config, 'service_registry.yml'), `---\nservices:\n${services.join('')}`);
  writeFileSync(join(config, 'magmad.yml'), '---\nmagma_services: [control_proxy, mobilityd]\ninit_system: systemd\n');
  const { addresses } = test.platform;
  const caFile = test.platform.credentials.rootFile;
  const ports = { local: 0, bootstrap: 0 };
  const start = async (): Promise<Command> => {
    const command = runCommand(
      ...['npx', 'orc8r-agent', '--carry', '--config-dir', config, '--override-dir', join(folder, 'overrides'), '--data', data],
      ...['--controller', (options.controller ?? addresses.controller).replace('https:', 'wss:')],
      ...['--bootstrap', options.bootstrap ?? addresses.bootstrap, '--ca', caFile],
      ...['--listen', `127.0.0.1:${ports.local}`, '--bootstrap-listen', `127.0.0.1:${ports.bootstrap}`],
    );
    const [, local, bootstrap] = await command.said(/address=127\.0\.0\.1:(\d+) bootstrap_port=(\d+)/);
    Object.assign(ports, { local: Number(local), bootstrap: Number(bootstrap) });
    return command;
  };
  let command = await start();
  const stop = async (): Promise<void> => {
    command.interrupt();
    await command.end;
  };
  const address = (): string => `127.0.0.1:${ports.local}`;
  const magmad = new StandInMagmad({
    folder: certs,
    bootstrapAddress: () => `localhost:${ports.bootstrap}`,
    root: () => readFileSync(rootFile, 'utf8'),
    proxyAddress: address,
  });
  return {
    magmad,
    address,
    log: () => command.output(),
    restart: async () => {
      await stop();
      command = await start();
    },
    stop: async () => {
      magmad.close();
      await stop();
    },
  };
}
