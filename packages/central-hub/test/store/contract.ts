import { auditContract } from './contract/audit.ts';
import { backupsContract } from './contract/backups.ts';
import { eventsContract } from './contract/events.ts';
import { keysContract } from './contract/keys.ts';
import { leasesContract } from './contract/leases.ts';
import { machinesContract } from './contract/machines.ts';
import { movesContract } from './contract/moves.ts';
import { onboardingContract } from './contract/onboarding.ts';
import { operationsContract } from './contract/operations.ts';
import { readersContract } from './contract/readers.ts';
import { sendingContract } from './contract/sending.ts';
import { sessionsContract } from './contract/sessions.ts';
import { signInsContract } from './contract/sign-ins.ts';
import { tenantsContract } from './contract/tenants.ts';
import { describeWhereItIs, type Kind } from './fixtures.ts';

/** What the store promises, on every database. */
export function storeContract(kind: Kind): void {
  describeWhereItIs(kind, () => {
    tenantsContract(kind);
    keysContract(kind);
    machinesContract(kind);
    movesContract(kind);
    leasesContract(kind);
    eventsContract(kind);
    sessionsContract(kind);
    operationsContract(kind);
    onboardingContract(kind);
    auditContract(kind);
    signInsContract(kind);
    backupsContract(kind);
    readersContract(kind);
    sendingContract(kind);
  });
}
