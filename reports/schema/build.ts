export * from '../../base/json-schema.js';
