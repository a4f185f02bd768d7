import { type DoctorAnswer, LeadMasterError, type ToldLanguage } from '@leadmaster/protocol';

/** How an installation is looked at. */
export interface ExamineOptions {
  language: ToldLanguage;
  /** Also asks for the page of WhatsApp Web, in a browser that is started for it. */
  network: boolean;
  /** First does what is safe. */
  fix: boolean;
}

/**
 * What the host of the service can tell of the whole installation. The service itself knows no doctor. It should run in a
 * process of its own: it walks folders synchronously, and any file it opens might be one whose close drops a lock of this
 * process (`profile/locks.ts`).
 */
export interface Diagnosis {
  /** @throws LeadMasterError what keeps the doctor from looking. */
  examine(options: ExamineOptions, signal: AbortSignal): Promise<DoctorAnswer>;
  /** The report as Markdown. */
  report(language: ToldLanguage, signal: AbortSignal): Promise<string>;
}

/** For a host that brings none. */
export const NO_DIAGNOSIS: Diagnosis = {
  examine: async () => {
    throw withoutDoctor();
  },
  report: async () => {
    throw withoutDoctor();
  },
};

function withoutDoctor(): LeadMasterError {
  return new LeadMasterError(
    'unprocessable',
    'The program that runs this service brings no doctor',
    'Run it on the machine itself: "./leadmaster doctor".',
  );
}
