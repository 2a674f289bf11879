/* budget.c - may a task start, given what may be spent? */
#include "run/accounts/budget.h"

enum ft_budget_answer ft_budget_ask(const struct ft_budget_case *c)
{
    if (!(c->limit > 0))
        return FT_BUDGET_YES;
    if (c->spent >= c->limit || c->spent + c->worst > c->limit)
        return FT_BUDGET_NO;
    return c->spent + c->booked + c->worst > c->limit ? FT_BUDGET_WAIT
                                                      : FT_BUDGET_YES;
}
