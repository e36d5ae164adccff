/** The library, as a file of ours: loaded when needed, and by its names also where it was bundled, which a library in CommonJS has only when it is imported like this. */
export { Ajv2020 } from 'ajv/dist/2020.js';
