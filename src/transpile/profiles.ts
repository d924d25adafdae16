/** The versions of the Ignition specification that `ct` wrote, oldest first. */
export const IGNITION2_PROFILES = ['2.0.0', '2.1.0', '2.2.0', '2.3.0'] as const;

/**
 * A version of the output, with the release of `ct` whose behaviour goes with it: 0.4.2 for 2.0.0, 0.7.0 for 2.1.0,
 * 0.9.0 for 2.2.0, and its last commit for 2.3.0. Profiles compare as the texts that they are.
 */
export type Profile = (typeof IGNITION2_PROFILES)[number];

/** What a configuration is read and written for. */
export interface Target {
  readonly profile: Profile;
  /** With what Flatcar's fork of `ct` has beside it: newer versions of etcd, and its own settings for updates. */
  readonly isFlatcar: boolean;
  /** For Ignition 3, which comes with the versions of etcd that are run today: 3.4 to 3.7, and their v3 discovery. */
  readonly isModern: boolean;
}

/** The versions of the Ignition specification that only Muster writes. */
export const IGNITION3_PROFILES = ['3.3.0', '3.4.0'] as const;
export type Ignition3Profile = (typeof IGNITION3_PROFILES)[number];

/** Every version of the output, oldest first. */
export const OUTPUT_PROFILES: readonly OutputProfile[] = [...IGNITION2_PROFILES, ...IGNITION3_PROFILES];
export type OutputProfile = Profile | Ignition3Profile;

/** Whether a version of the output is one of those that `ct` did not have. */
export function isIgnition3(profile: OutputProfile): profile is Ignition3Profile {
  return (IGNITION3_PROFILES as readonly string[]).includes(profile);
}
