import { defineConfig } from 'vite';

export default defineConfig({
  // The gateway may serve the page under any path.
  base: './',
  build: {
    target: 'es2022',
    // The page's security policy allows no data: scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    // MapLibre alone is about 1 MB.
    chunkSizeWarningLimit: 1400,
  },
  server: { proxy: { '/v1': 'http://127.0.0.1:8080' } },
});
