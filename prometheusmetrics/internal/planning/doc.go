// Package planning decides what is exposed. From the values of a reading and the
// state that was committed last it makes a Plan: which metrics come, go, are left out
// and why, and what becomes of their families. A plan changes nothing. It can be
// asked about (what it would add must be free in the registry), made again with the
// answers, dropped, or committed, which makes it the state.
//
// The rules are:
//   - What is exposed stays; among newcomers the first in byte order of the original
//     name is first.
//   - A metric gets all its series or none.
//   - Each condition for which a metric is left out is a state of its own, which it
//     enters and leaves, and each entering is reported once.
//   - A family has the help text and unit of one of its metrics, and no other's.
package planning
