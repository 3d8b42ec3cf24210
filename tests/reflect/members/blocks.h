#pragma once

// Seen by two sources, each of which registers what is here.

#include <array>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <variant>

#include <lithe/lithe.h>

namespace vision {

inline namespace v1 {

class BlockImpl : public lithe::nn::Module {
public:
    explicit BlockImpl(int width = 1) : conv1(width, width), conv2(width, width) {}
    lithe::Tensor forward(lithe::Tensor x) { return conv2(conv1(x)); }

protected:
    lithe::nn::Linear conv1;

private:
    lithe::nn::Linear conv2;
};
LITHE_MODULE(Block);

}  // namespace v1

/// Adds a field to those of its base.
struct WideBlockImpl : BlockImpl {
    lithe::nn::Linear shortcut;
};
LITHE_MODULE(WideBlock);

template <class Inner, int count>
class Repeated : public lithe::nn::Module {
public:
    class Gate : public lithe::nn::Module {
        lithe::nn::Linear open;
    };

private:
    Inner inner_[count];
    Gate gate_;
};

/// A template whose base is its parameter.
template <class Base>
class WithHead : public Base {
#if WITH_HEAD
    lithe::nn::Linear head;
#endif
};

}  // namespace vision

using RepeatedBlock = vision::Repeated<vision::Block, 2>;
