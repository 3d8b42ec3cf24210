#include "tools/reflect/checks.h"

namespace lithe::reflect {

void run_checks(const CheckContext& context) {
    check_name_mismatch(context);
    check_local_layer(context);
    check_raw_pointer(context);
    check_raw_parameter(context);
    check_parameter_in_forward(context);
    check_unhookable_forward(context);
    check_whole_object_save(context);
}

}  // namespace lithe::reflect
