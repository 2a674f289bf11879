/* cmd_schema.c - fedtwin schema: JSON Schemas for editors */
#include <stdio.h>

#include "base/json.h"
#include "cli/cmd.h"
#include "cli/term.h"
#include "model/schema.h"

#define STATUS_USAGE 2

int ft_cmd_schema(struct ft_cli *cli)
{
    struct json_object *schema;

    if (!ft_cli_arg(cli, 0)) {
        for (size_t i = 0; ft_schema_names[i]; i++)
            printf("%s\n", ft_schema_names[i]);
        return 0;
    }
    schema = ft_schema(cli->arg[0]);
    if (!schema) {
        ft_print_error("there is no schema '%s'", cli->arg[0]);
        return STATUS_USAGE;
    }
    ft_print_json(schema);
    return 0;
}
