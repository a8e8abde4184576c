import { describe, expect, it } from 'vitest';
import { doorOf } from './doors.ts';

describe('doorOf', () => {
  it.each([
    ['api.orc8r.test', 'api'],
    ['orc8r.test', 'api'],
    ['localhost', 'api'],
    ['', 'api'],
    ['controller.orc8r.test', 'controller'],
    ['Streamer-Controller.Orc8r.Test', 'controller'],
    ['metrics_controller-controller.orc8r.test', 'controller'],
    ['bootstrapper-controller.orc8r.test', 'bootstrap'],
    ['BOOTSTRAPPER-CONTROLLER.orc8r.test', 'bootstrap'],
    ['api.controller.test', 'api'],
    ['controllers.orc8r.test', 'api'],
    ['bootstrapper-controller-x.orc8r.test', 'api'],
  ])('%s leads to %s', (hostname, door) => {
    expect(doorOf(hostname)).toBe(door);
  });
});
