export * from '../../src/base/json-schema.js';
