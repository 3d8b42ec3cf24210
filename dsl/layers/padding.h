#pragma once

#include "dsl/arg.h"
#include "dsl/choice.h"
#include "dsl/expanding_array.h"
#include "dsl/holder.h"

namespace lithe::nn {

/// Widths before and after each axis, in pairs, last axis first; one number stands for all.
template <size_t D>
class PadOptions {
public:
    PadOptions(ExpandingArray<D * 2> padding) : padding_(padding) {}
    LITHE_ARG(ExpandingArray<D * 2>, padding);
};

template <size_t D>
using ZeroPadOptions = PadOptions<D>;
template <size_t D>
using ReflectionPadOptions = PadOptions<D>;
template <size_t D>
using ReplicationPadOptions = PadOptions<D>;
template <size_t D>
using CircularPadOptions = PadOptions<D>;

template <size_t D>
class ConstantPadOptions {
public:
    ConstantPadOptions(ExpandingArray<D * 2> padding, double value)
        : padding_(padding), value_(value) {}
    LITHE_ARG(ExpandingArray<D * 2>, padding);
    LITHE_ARG(double, value) = 0;
};

/// What the padding layers share: adds a border to the last D axes.  Errors: pad.*.
template <size_t D>
class PadBase : public Module {
public:
    PadBase(const PadOptions<D>& pad_options, Choice mode, double value = 0)
        : options(pad_options), mode_(mode), value_(value) {}
    Tensor forward(const Tensor& x);
    std::string extra_repr() const override;

    PadOptions<D> options;

protected:
    Choice mode_;
    double value_;
};
extern template class PadBase<1>;
extern template class PadBase<2>;
extern template class PadBase<3>;

using ZeroPad1dOptions = PadOptions<1>;
/// Pads with zeros.
class ZeroPad1dImpl : public PadBase<1> {
public:
    ZeroPad1dImpl(ExpandingArray<2> padding) : PadBase(padding, kZeros) {}
    explicit ZeroPad1dImpl(const PadOptions<1>& pad_options) : PadBase(pad_options, kZeros) {}
};
LITHE_MODULE(ZeroPad1d);

using ReflectionPad1dOptions = PadOptions<1>;
/// Pads with the image reflected at its border.
class ReflectionPad1dImpl : public PadBase<1> {
public:
    ReflectionPad1dImpl(ExpandingArray<2> padding) : PadBase(padding, kReflect) {}
    explicit ReflectionPad1dImpl(const PadOptions<1>& pad_options)
        : PadBase(pad_options, kReflect) {}
};
LITHE_MODULE(ReflectionPad1d);

using ReplicationPad1dOptions = PadOptions<1>;
/// Pads with the border repeated.
class ReplicationPad1dImpl : public PadBase<1> {
public:
    ReplicationPad1dImpl(ExpandingArray<2> padding) : PadBase(padding, kReplicate) {}
    explicit ReplicationPad1dImpl(const PadOptions<1>& pad_options)
        : PadBase(pad_options, kReplicate) {}
};
LITHE_MODULE(ReplicationPad1d);

using CircularPad1dOptions = PadOptions<1>;
/// Pads with the opposite border.
class CircularPad1dImpl : public PadBase<1> {
public:
    CircularPad1dImpl(ExpandingArray<2> padding) : PadBase(padding, kCircular) {}
    explicit CircularPad1dImpl(const PadOptions<1>& pad_options)
        : PadBase(pad_options, kCircular) {}
};
LITHE_MODULE(CircularPad1d);

using ConstantPad1dOptions = ConstantPadOptions<1>;
/// Pads with a value.
class ConstantPad1dImpl : public PadBase<1> {
public:
    ConstantPad1dImpl(ExpandingArray<2> padding, double value)
        : PadBase(padding, kConstant, value) {}
    explicit ConstantPad1dImpl(const ConstantPadOptions<1>& pad_options)
        : PadBase(pad_options.padding(), kConstant, pad_options.value()) {}
};
LITHE_MODULE(ConstantPad1d);

using ZeroPad2dOptions = PadOptions<2>;
/// Pads with zeros.
class ZeroPad2dImpl : public PadBase<2> {
public:
    ZeroPad2dImpl(ExpandingArray<4> padding) : PadBase(padding, kZeros) {}
    explicit ZeroPad2dImpl(const PadOptions<2>& pad_options) : PadBase(pad_options, kZeros) {}
};
LITHE_MODULE(ZeroPad2d);

using ReflectionPad2dOptions = PadOptions<2>;
/// Pads with the image reflected at its border.
class ReflectionPad2dImpl : public PadBase<2> {
public:
    ReflectionPad2dImpl(ExpandingArray<4> padding) : PadBase(padding, kReflect) {}
    explicit ReflectionPad2dImpl(const PadOptions<2>& pad_options)
        : PadBase(pad_options, kReflect) {}
};
LITHE_MODULE(ReflectionPad2d);

using ReplicationPad2dOptions = PadOptions<2>;
/// Pads with the border repeated.
class ReplicationPad2dImpl : public PadBase<2> {
public:
    ReplicationPad2dImpl(ExpandingArray<4> padding) : PadBase(padding, kReplicate) {}
    explicit ReplicationPad2dImpl(const PadOptions<2>& pad_options)
        : PadBase(pad_options, kReplicate) {}
};
LITHE_MODULE(ReplicationPad2d);

using CircularPad2dOptions = PadOptions<2>;
/// Pads with the opposite border.
class CircularPad2dImpl : public PadBase<2> {
public:
    CircularPad2dImpl(ExpandingArray<4> padding) : PadBase(padding, kCircular) {}
    explicit CircularPad2dImpl(const PadOptions<2>& pad_options)
        : PadBase(pad_options, kCircular) {}
};
LITHE_MODULE(CircularPad2d);

using ConstantPad2dOptions = ConstantPadOptions<2>;
/// Pads with a value.
class ConstantPad2dImpl : public PadBase<2> {
public:
    ConstantPad2dImpl(ExpandingArray<4> padding, double value)
        : PadBase(padding, kConstant, value) {}
    explicit ConstantPad2dImpl(const ConstantPadOptions<2>& pad_options)
        : PadBase(pad_options.padding(), kConstant, pad_options.value()) {}
};
LITHE_MODULE(ConstantPad2d);

using ZeroPad3dOptions = PadOptions<3>;
/// Pads with zeros.
class ZeroPad3dImpl : public PadBase<3> {
public:
    ZeroPad3dImpl(ExpandingArray<6> padding) : PadBase(padding, kZeros) {}
    explicit ZeroPad3dImpl(const PadOptions<3>& pad_options) : PadBase(pad_options, kZeros) {}
};
LITHE_MODULE(ZeroPad3d);

using ReflectionPad3dOptions = PadOptions<3>;
/// Pads with the image reflected at its border.
class ReflectionPad3dImpl : public PadBase<3> {
public:
    ReflectionPad3dImpl(ExpandingArray<6> padding) : PadBase(padding, kReflect) {}
    explicit ReflectionPad3dImpl(const PadOptions<3>& pad_options)
        : PadBase(pad_options, kReflect) {}
};
LITHE_MODULE(ReflectionPad3d);

using ReplicationPad3dOptions = PadOptions<3>;
/// Pads with the border repeated.
class ReplicationPad3dImpl : public PadBase<3> {
public:
    ReplicationPad3dImpl(ExpandingArray<6> padding) : PadBase(padding, kReplicate) {}
    explicit ReplicationPad3dImpl(const PadOptions<3>& pad_options)
        : PadBase(pad_options, kReplicate) {}
};
LITHE_MODULE(ReplicationPad3d);

using CircularPad3dOptions = PadOptions<3>;
/// Pads with the opposite border.
class CircularPad3dImpl : public PadBase<3> {
public:
    CircularPad3dImpl(ExpandingArray<6> padding) : PadBase(padding, kCircular) {}
    explicit CircularPad3dImpl(const PadOptions<3>& pad_options)
        : PadBase(pad_options, kCircular) {}
};
LITHE_MODULE(CircularPad3d);

using ConstantPad3dOptions = ConstantPadOptions<3>;
/// Pads with a value.
class ConstantPad3dImpl : public PadBase<3> {
public:
    ConstantPad3dImpl(ExpandingArray<6> padding, double value)
        : PadBase(padding, kConstant, value) {}
    explicit ConstantPad3dImpl(const ConstantPadOptions<3>& pad_options)
        : PadBase(pad_options.padding(), kConstant, pad_options.value()) {}
};
LITHE_MODULE(ConstantPad3d);

}  // namespace lithe::nn
