using System.Text;

namespace RfBroadcast.AspNetCore.Tests.Sockets;

public sealed class TextCheckTests
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes("aµ水🦆 end");

    [Fact]
    public void MayBecomeValid_TextCutAnywhere_IsTrue()
    {
        for (var cut = 0; cut <= Text.Length; cut++)
        {
            var check = default(TextCheck);
            check.MayBecomeValid(Text.AsSpan(0, cut)).Should().BeTrue();
            check.MayBecomeValid(Text).Should().BeTrue();
            check.IsValid(Text).Should().BeTrue();
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0xC0 })] // overlong, whatever follows
    [InlineData(new byte[] { 0x61, 0xED, 0xA0 })] // a surrogate
    [InlineData(new byte[] { 0xF4, 0x90 })] // above the last code point
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0xC2, 0xB5, 0xB5, 0x61 })]
    [InlineData(new byte[] { 0xE6, 0x61 })]
    public void MayBecomeValid_WhatCannot_IsFalseBeforeTheEnd(byte[] start)
    {
        var check = default(TextCheck);

        check.MayBecomeValid(start).Should().BeFalse();
    }

    [Fact]
    public void IsValid_CharacterThatNeverEnds_IsFalse()
    {
        var check = default(TextCheck);
        byte[] cut = [0x61, 0xE6, 0xB0];
        check.MayBecomeValid(cut).Should().BeTrue();

        check.IsValid(cut).Should().BeFalse();
    }
}
