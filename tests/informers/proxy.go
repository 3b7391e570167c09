// SPDX-License-Identifier: Apache-2.0
package main

import (
	"io"
	"math/rand"
	"net"
	"sync"
	"time"
)

// Proxy forwards TCP and cuts its connections: the network that informers have to live with.
type Proxy struct {
	target   string
	listener net.Listener
	mutex    sync.Mutex
	open     map[net.Conn]bool
	held     bool
	cuts     int
}

func NewProxy(target string) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{target: target, listener: listener, open: map[net.Conn]bool{}}
	go p.accept()
	return p, nil
}

func (p *Proxy) Address() string { return p.listener.Addr().String() }

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mutex.Lock()
		held := p.held
		p.mutex.Unlock()
		server, err := net.Dial("tcp", p.target)
		if held || err != nil {
			client.Close()
			if err == nil {
				server.Close()
			}
			continue
		}
		p.mutex.Lock()
		p.open[client], p.open[server] = true, true
		p.mutex.Unlock()
		pipe := func(to, from net.Conn) {
			_, _ = io.Copy(to, from) // ends when either side is closed, which is what is tested here
			to.Close()
			from.Close()
			p.mutex.Lock()
			delete(p.open, to)
			delete(p.open, from)
			p.mutex.Unlock()
		}
		go pipe(server, client)
		go pipe(client, server)
	}
}

// Cut closes every connection, in the middle of whatever it carries.
func (p *Proxy) Cut() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for connection := range p.open {
		connection.Close()
	}
	p.cuts++
}

// Hold cuts everything and takes nothing new until it is released.
func (p *Proxy) Hold(held bool) {
	p.mutex.Lock()
	p.held = held
	p.mutex.Unlock()
	if held {
		p.Cut()
	}
}

func (p *Proxy) Cuts() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.cuts
}

// CutNowAndThen cuts every 0.1 to 2 s until `stop` is closed.
func (p *Proxy) CutNowAndThen(stop <-chan struct{}, chance *rand.Rand) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(100+chance.Intn(1900)) * time.Millisecond):
			p.Cut()
		}
	}
}
