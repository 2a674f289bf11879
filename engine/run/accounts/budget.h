/* budget.h - may a task start, given what may be spent?
 *
 *   spent      by attempts that have ended, over all resumes
 *   booked     the most that what runs may still come to
 *   worst      the most that the task may cost: its time limit, or else what
 *              tasks of its stage took so far, or else 0: nothing is known
 */
#ifndef FT_RUN_BUDGET_H
#define FT_RUN_BUDGET_H

enum ft_budget_answer {
    FT_BUDGET_YES,
    FT_BUDGET_WAIT, /* perhaps, when what runs has cost less */
    FT_BUDGET_NO,   /* not even when nothing else costs anything */
};

struct ft_budget_case {
    double limit; /* 0: none */
    double spent, booked, worst;
};

enum ft_budget_answer ft_budget_ask(const struct ft_budget_case *c);

#endif
