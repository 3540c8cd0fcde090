// In the place of the validator that RJSF's own tests import: it would compile code.
export default {};
