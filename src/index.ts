/** Types, names and constants that other services may rely on. Imports nothing from Node. */
export * from './interface';
