import type { Notifier } from '@errand/core';
import { LocalNotifier } from '@errand/server/testing';

/** Pulses of which some are never heard: `isLost` is asked for each. */
export function lossyNotifier(isLost: () => boolean): Notifier {
  const local = new LocalNotifier();
  return {
    pulse: (topic, subject) => {
      if (!isLost()) local.pulse(topic, subject);
    },
    subscribe: (topic, listener) => local.subscribe(topic, listener),
  };
}
