// The library resolves its parts through decorators' metadata and throws at start when this does not come first.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(crypto);

export { x509 };
