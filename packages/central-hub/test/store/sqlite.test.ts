import { storeContract } from './contract.ts';
import { SQLITE_KIND } from './fixtures.ts';

storeContract(SQLITE_KIND);
