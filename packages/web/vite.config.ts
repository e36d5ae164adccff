import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

/** A screen is loaded when it is opened; names hold hashes, so that everything but the first document may be kept for ever. */
export default defineConfig({
  plugins: [tailwindcss()],
  build: {
    target: 'es2023',
    // The content security policy allows no inline script, and every browser this page is for preloads by itself.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
  server: {
    port: 4041,
    strictPort: true,
    proxy: { '/v1': 'http://127.0.0.1:4040', '/login': 'http://127.0.0.1:4040' },
  },
});
