export * from './challenge-key.ts';
export * from './checks.ts';
export * from './model.ts';
export * from './read.ts';
export * from './registration.ts';
export * from './status.ts';
export * from './write.ts';
