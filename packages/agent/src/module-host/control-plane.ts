import {
  type ClientRequest,
  request as httpRequest,
  type OutgoingHttpHeaders,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest } from 'node:https';

/** The way to the control plane, for modules that measure it. */
export interface ModuleControlPlane {
  /** Empty where the agent is part of the control plane and has no address of it. */
  readonly url: string;
  /** Begins one request over a connection of its own; the caller writes the body and ends it. */
  readonly open: (method: 'GET' | 'POST', path: string, options?: OpenOptions) => ClientRequest;
}

export interface OpenOptions extends RequestOptions {
  readonly headers?: OutgoingHttpHeaders;
}

/** What the agent says in `ERRAND_LINK`, which the module does not see. The key is there for shipped modules only. */
export interface LinkVariable {
  readonly url: string;
  readonly socketPath?: string;
  readonly key?: string;
}

/** Takes the variable out of the environment. */
export function controlPlaneOf(variables: NodeJS.ProcessEnv): ModuleControlPlane {
  const { url, socketPath, key } = JSON.parse(variables['ERRAND_LINK'] ?? '{"url":""}') as LinkVariable;
  delete variables['ERRAND_LINK'];
  return {
    url,
    open: (method, path, options = {}) => {
      if (url === '') throw new Error('this agent does not know an address of its control plane');
      const target = new URL(path, url);
      const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
      return send(target, {
        method,
        agent: false,
        ...options,
        ...(socketPath === undefined ? {} : { socketPath }),
        headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...options.headers },
      });
    },
  };
}
