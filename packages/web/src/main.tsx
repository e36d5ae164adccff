import './styles.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/query-client.ts';
import { router } from './router.tsx';
import { noteSignIn } from './session/signed-in.ts';

// The link from the terminal leads here; the cookie came with it.
if (location.hash === '#signed-in') {
  noteSignIn();
  history.replaceState(null, '', location.pathname + location.search);
}

const page = document.getElementById('page');
if (page === null) throw new Error('index.html has no place for the page');
createRoot(page).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
