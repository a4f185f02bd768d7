import { config } from 'zod/v4/core';

// Schemas are checked without code that is made at run time: the policy of the page forbids that, and zod would try it once.
config({ jitless: true });
