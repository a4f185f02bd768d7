import { storeContract } from './contract.ts';
import { postgresForFile } from './fixtures.ts';

storeContract(postgresForFile());
