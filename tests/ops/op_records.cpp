// The record of every op is whole, and its infer() answers nonsense with an error of its own.
#include <boost/test/unit_test.hpp>

#include "dsl/op.h"
#include "runtime/error.h"

using namespace lithe;

BOOST_AUTO_TEST_SUITE(ops_op_records)

namespace {

const std::vector<std::vector<TensorType>> operand_lists = {
    {},
    {{DType::f32, {}}},
    {{DType::f32, {2, 3}}},
    {{DType::boolean, {0}}, {DType::i64, {4}}},
    {{DType::f32, {2, 3, 4, 5}}, {DType::f64, {7}}},
    {{DType::i64, {2, 3}}, {DType::i64, {2, 3}}, {DType::i64, {2}}},
};

Attrs all_attrs(const Attr& integer, const Shape& list) {
    Attrs attrs;
    for (const char* name :
         {"axis", "begin", "size", "step", "count", "groups", "divisor", "seed", "stream"}) {
        attrs.set(name, integer);
    }
    for (const char* name : {"shape", "perm", "axes", "stride", "dilation", "pad_begin", "pad_end",
                             "kernel", "image", "output_padding", "pad_counted", "end"}) {
        attrs.set(name, list);
    }
    for (const char* name : {"keepdim", "descending", "count_include_pad"}) attrs.set(name, true);
    for (const char* name : {"value", "start", "min", "max"}) attrs.set(name, 0.5);
    attrs.set("dtype", DType::f32);
    return attrs;
}

}  // namespace

BOOST_AUTO_TEST_CASE(infer_refuses_nonsense) {
    const std::vector<Attrs> attr_lists = {{},
                                           all_attrs(Dim(-7), {-1, 9}),
                                           all_attrs(Dim(0), {0, 0}),
                                           all_attrs(Dim(5), {}),
                                           all_attrs(std::string("x"), {1, 1})};
    int refused = 0;
    for (const Op* op : every_op()) {
        for (const auto& operands : operand_lists) {
            for (const Attrs& attrs : attr_lists) {
                OpCall call;
                call.op = op;
                call.inputs = operands;
                call.attrs = attrs;
                try {
                    op->infer(call);
                } catch (const UserError& error) {
                    BOOST_TEST(!error.id().empty());
                    ++refused;
                }
            }
        }
    }
    BOOST_TEST(refused > 1000);
}

BOOST_AUTO_TEST_CASE(ops_are_found_by_name) {
    BOOST_TEST(every_op().size() > 60u);
    for (const Op* op : every_op()) {
        BOOST_TEST(find_op(op->name) == op);
        BOOST_TEST(op->infer);
        BOOST_TEST(op->reference);
        BOOST_TEST(op->lower, "no lowering: " << op->name);
        BOOST_TEST(op->is(Trait::view) == (op->view && op->unview));
    }
    BOOST_TEST(!find_op("no_such_op"));
}

BOOST_AUTO_TEST_SUITE_END()
