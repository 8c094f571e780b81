"""The bank's rules: events, states, commands. Pure: no SQL, Qt, clock, randomness, input or output.

Read in this order:

- `events`: the facts, one frozen class each with a stable tag. `personal`: what travels beside them,
  sealed.
- `account` and `customer`: states, and the folds that make them of events.
- `commands`: what an operator can ask for, and the rules that say no. `erasure`: the rules of forgetting.
- `catalogue`: every event and kind of stream, declared once: words, postings, filters, folds.
- `roles`: who may do what.
- `bookkeeping`: the two postings of an event that moves money.
- `codec`: events to bytes and back, with the upcasters of older schemas.
- `streams`: names of streams. `moments`: where in the past to look. `instants`, `money`, `text`: values,
  and how they are read from what people type.
- `errors`: a rule that said no, and an environment that failed. Anything else that is raised is a bug.

A fold returns a new state, a decision returns events. Money is an integer of minor units, an instant an
integer of microseconds UTC. It must never import anything of ours.
"""
