import { toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { renderMconfig } from '../../../core/mconfig/render.ts';
import type { GatewayGraph } from '../../../core/module/facets.ts';
import { expectGolden } from './testing/golden.ts';
import { build, gatewayGraph } from './testing/graph.ts';
import { bare, configured, CREATED_AT } from './testing/graphs.ts';
import { mconfig } from './index.ts';

const json = (input: GatewayGraph, key: string) => {
  const found = build(input, mconfig).find((item) => item.key === key);
  if (!found) throw new Error(`no entry ${key}`);
  return toJson(found.schema, found.message);
};

describe('the mconfig of every gateway', () => {
  it.each([
    ['bare', bare],
    ['configured', configured],
  ])('of a %s gateway is the golden one', (name, input) => {
    const rendered = renderMconfig(build(input, mconfig));
    expectGolden(`${import.meta.dirname}/golden/${name}.json`, rendered.document(CREATED_AT));
  });

  it('has magmad with usable intervals even without any config, so that the gateway takes it', () => {
    expect(json(bare, 'magmad')).toMatchObject({ checkinInterval: 60, checkinTimeout: 10, packageVersion: '0.0.0-0' });
  });

  it('keeps an event verbosity of 0 apart from none', () => {
    expect(json(bare, 'eventd')).toEqual({ logLevel: 'INFO', eventVerbosity: -1 });
    expect(json(configured, 'eventd')).toEqual({ logLevel: 'INFO' });
  });

  it('takes version and images from the tier, and none from a tier without a version', () => {
    expect(json(configured, 'magmad')).toMatchObject({
      packageVersion: '1.8.0-1700000000-abcdef',
      images: [{ name: 'magma', order: '1' }, { name: 'base' }],
    });
    const empty = gatewayGraph('gw1', {}, [
      { type: 'magmad_gateway', key: 'gw1' },
      {
        type: 'upgrade_tier',
        key: 't',
        config: { id: 't', version: '', images: null },
        children: [{ type: 'magmad_gateway', key: 'gw1' }],
      },
    ]);
    expect(json(empty, 'magmad')).toMatchObject({ packageVersion: '0.0.0-0' });
    expect(json(empty, 'magmad')).not.toHaveProperty('images');
  });

  it('samples no crash when the sentry config does not say how many, as REST does not tell that from 0', () => {
    const input = gatewayGraph('gw1', { sentry_config: { url_python: 'https://a.example' } }, [{ type: 'magmad_gateway', key: 'gw1' }]);
    expect(json(input, 'shared_mconfig')).toEqual({ sentryConfig: { dsnPython: 'https://a.example' } });
  });

  it('never has a number that the message cannot hold: one such number makes a gateway refuse everything', () => {
    const input = gatewayGraph('gw1', {}, [{ type: 'magmad_gateway', key: 'gw1', config: { checkin_interval: 4_294_967_295 } }]);
    expect(json(input, 'magmad')).toMatchObject({ checkinInterval: 2_147_483_647 });
  });
});
