import { eventsContract } from './contract/events.ts';
import { keysContract } from './contract/keys.ts';
import { leasesContract } from './contract/leases.ts';
import { machinesContract } from './contract/machines.ts';
import { operationsContract } from './contract/operations.ts';
import { readersContract } from './contract/readers.ts';
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
    leasesContract(kind);
    eventsContract(kind);
    sessionsContract(kind);
    operationsContract(kind);
    signInsContract(kind);
    readersContract(kind);
  });
}
