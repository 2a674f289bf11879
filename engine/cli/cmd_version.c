/* cmd_version.c - fedtwin version */
#include <stdio.h>

#include "base/json.h"
#include "cli/cmd.h"
#include "cli/term.h"

#define SCHEMA 1

int ft_cmd_version(struct ft_cli *cli)
{
    struct json_object *obj;

    if (!ft_cli_has(cli, "json")) {
        printf("fedtwin %s\n", PACKAGE_VERSION);
        return 0;
    }
    obj = json_object_new_object();
    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_str(obj, "version", PACKAGE_VERSION);
    ft_print_json(obj);
    return 0;
}
