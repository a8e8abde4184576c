/** Where gateways reach this platform. */
export interface PublicAddress {
  readonly domain: string;
  /** Port of the controller, which asks for the gateway's certificate. */
  readonly cloudPort: number;
  /** Port of the bootstrapper, which asks for none. */
  readonly bootstrapPort: number;
}

/** The text of a gateway's control_proxy.yml for this platform; names and paths are those Magma's gateways read. */
export function controlProxyConfig({ domain, cloudPort, bootstrapPort }: PublicAddress): string {
  return [
    '---',
    '# Written at registration; from here on the gateway finds its Orchestrator.',
    `cloud_address: controller.${domain}`,
    `cloud_port: ${cloudPort}`,
    `bootstrap_address: bootstrapper-controller.${domain}`,
    `bootstrap_port: ${bootstrapPort}`,
    `fluentd_address: fluentd.${domain}`,
    'fluentd_port: 24224',
    '',
    '# Local services speak plain HTTP/2 to this port; the way to the cloud is TLS with the gateway certificate.',
    'local_port: 8443',
    'proxy_cloud_connections: True',
    'allow_http_proxy: False',
    'nghttpx_config_location: /var/tmp/nghttpx.conf',
    'rootca_cert: /var/opt/magma/certs/rootCA.pem',
    'gateway_cert: /var/opt/magma/certs/gateway.crt',
    'gateway_key: /var/opt/magma/certs/gateway.key',
    '',
  ].join('\n');
}
